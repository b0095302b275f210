import { expect, test } from 'vitest';
import { parseDepends, parseDebName } from './packages.ts';

test('what each package depends on: the first of alternatives, and no virtual one', () => {
  const text = `lvm2
  Depends: libc6
 |Depends: libudev1
  Depends: libudev-other
  PreDepends: init-system-helpers
  Depends: libsystemd0
    libelogind0
  Depends: <libvirtual>
    libreal
libc6
  Depends: libgcc-s1
<libvirtual>
libreal
`;
  expect(Object.fromEntries(parseDepends(text))).toEqual({
    lvm2: ['libc6', 'libudev1', 'init-system-helpers', 'libsystemd0'],
    libc6: ['libgcc-s1'],
    libreal: [],
  });
});

test('a package’s version is read from the name that apt gives its file', () => {
  expect(parseDebName('libc6_2.36-9%2bdeb12u10_amd64.deb')).toEqual({ name: 'libc6', version: '2.36-9+deb12u10' });
});
