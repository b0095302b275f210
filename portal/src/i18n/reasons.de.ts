import type { Messages } from './en.ts';

/** Dasselbe wie `reasons.en.ts`. */
export const whyNot: Messages['whyNot'] = {
  resources: { machines: 'Rechner', memoryMiB: 'Arbeitsspeicher', vcpus: 'virtuelle CPUs', storageMiB: 'Speicherplatz' },
  room: (at, what, free, wanted) => `Zu wenig Platz (${at}). ${what}: frei ${free}, gebraucht ${wanted}.`,
  tooLarge: (wanted, largest) =>
    `Das geht zu keiner Zeit: Seine Festplatten können ${wanted} belegen, und der größte Datastore dort fasst ${largest}.`,
  turnround: 'Im Weg sind nur die Vorbereitung vor einem Beginn und die Umrüstzeit nach einem Ende.',
  licence: (name, at) => `Jeder Platz der Lizenz ${name} ist vergeben (${at}).`,
  freeAgain: (time) => `Einer wird wieder frei: ${time}.`,
  maintenance: (reason) => `Bis auf Weiteres wegen Wartung geschlossen: ${reason}`,
  maintenanceUntil: (time, reason) => `Wegen Wartung geschlossen bis ${time}: ${reason}`,
  kind: 'Reservierungen dieser Art dürfen Sie nicht machen.',
  longest: (span) => `Eine Reservierung dieser Art darf höchstens ${span} dauern.`,
  total: (span) => `Eine Reservierung dieser Art darf mit allen Verlängerungen höchstens ${span} dauern.`,
  ahead: (span) => `Eine Reservierung dieser Art darf höchstens ${span} im Voraus beginnen.`,
  atOnce: (n) => `Sie dürfen höchstens ${n} Reservierungen dieser Art zur selben Zeit haben.`,
  groupAtOnce: (group, n, at) =>
    `${group === undefined ? 'Alle Personen' : `Die Personen der Gruppe ${group}`} dürfen zusammen höchstens ${n} Reservierungen dieser Art zur selben Zeit haben, und so viele sind es schon (${at}).`,
  oneMoreAt: (time) => `Eine weitere geht wieder: ${time}.`,
};

export const findings: Messages['findings'] = {
  kinds: {
    'leaked-machine': { name: 'Rechner ohne Reservierung', text: 'Er trägt unser Zeichen, und keine Reservierung hat ihn.' },
    'missing-machine': { name: 'Rechner, der nicht da ist', text: 'Er ist verzeichnet und nicht da.' },
    'power-changed': { name: 'Ein oder aus hat sich geändert' },
    condition: { name: 'Befinden eines Rechners' },
    'leaked-master': { name: 'Golden Disks ohne Revision', text: 'Sie tragen unser Zeichen, und keine Revision hat sie.' },
    'missing-master': {
      name: 'Golden Disks, die nicht da sind',
      text: 'Eine Revision hat sie, und sie sind nicht da: geben Sie sie nicht mehr aus, und spielen Sie eine Sicherung ein.',
    },
    'open-delete': { name: 'Abgebrochenes Löschen', text: 'Das Löschen brach ab, bevor sein Nachweis festgehalten war.' },
    'changed-master': { name: 'Veränderte Golden Disks' },
    stray: { name: 'Übriggeblieben' },
    foreign: { name: 'Nicht unseres' },
    frozen: { name: 'Nichts wird behoben' },
  },
  actions: {
    destroy: 'wird weggenommen',
    'mark-lost': 'wird als verloren vermerkt',
    record: 'wird vermerkt',
    report: 'wird gemeldet',
    remove: 'wird entfernt',
    prove: 'wird noch einmal nachgewiesen',
    'take-out': 'die Revision wird aus dem Verkehr gezogen',
    sweep: 'wird weggeräumt',
    leave: 'bleibt, wie es ist',
  },
  outcomes: {
    'would-mend': 'würde behoben',
    waiting: 'wartet noch',
    mended: 'behoben',
    reported: 'gemeldet',
    failed: 'nicht gelungen',
  },
  powers: { on: 'Er ist jetzt an.', off: 'Er ist jetzt aus.', suspended: 'Er ist jetzt angehalten.', crashed: 'Er ist abgestürzt.' },
  well: 'Ihm fehlt nichts mehr.',
};
