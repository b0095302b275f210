/** Versions of the API that a client may ask for, newest first. */
const KNOWN = [
  '9.0.0.0',
  '8.0.3.0',
  '8.0.2.0',
  '8.0.1.0',
  '8.0.0.1',
  '7.0.3.0',
  '7.0',
  '6.9.1',
  '6.8.7',
  '6.7.3',
  '6.7.2',
  '6.7.1',
  '6.7',
  '6.5',
  '6.0',
  '5.5',
  '5.1',
  '5.0',
  '4.1',
  '4.0',
  '2.5u2',
  '2.5',
  '2.0',
];

const value = (version: string): number => {
  const [major = 0, minor = 0, patch = 0, last = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return ((major * 100 + minor) * 100 + patch) * 100 + last;
};

/** What GET /sdk/vimServiceVersions.xml answers: the endpoint's version and all before it. */
export function versionsXml(apiVersion: string): string {
  const older = KNOWN.filter((version) => value(version) < value(apiVersion));
  const prior = older.map((version) => `   <version>${version}</version>`).join('\n');
  return [
    '<?xml version="1.0" encoding="UTF-8" ?>',
    '<namespaces version="1.0">',
    ' <namespace>',
    '  <name>urn:vim25</name>',
    `  <version>${apiVersion}</version>`,
    '  <priorVersions>',
    prior,
    '  </priorVersions>',
    ' </namespace>',
    ' <namespace>',
    '  <name>urn:vim2</name>',
    '  <version>2.0</version>',
    ' </namespace>',
    '</namespaces>',
    '',
  ].join('\n');
}
