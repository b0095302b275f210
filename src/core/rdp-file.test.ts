import { expect, test } from 'vitest';
import { rdpFile } from './rdp-file.ts';

test('an RDP file has one setting a line, ended as on Windows, and no password', () => {
  expect(rdpFile({ host: '10.0.0.5', port: 3389, user: 'Administrator' })).toBe(
    'full address:s:10.0.0.5:3389\r\nusername:s:Administrator\r\nprompt for credentials:i:1\r\nauthentication level:i:2\r\n',
  );
  expect(rdpFile({ host: '2001:db8::5', port: 3390, user: 'ada' })).toContain('full address:s:[2001:db8::5]:3390\r\n');
});

test.each([
  ['10.0.0.5\r\nalternate shell:s:cmd', 'ada'],
  ['10.0.0.5 x', 'ada'],
  ['10.0.0.5', 'ada\nalternate shell:s:cmd'],
  ['10.0.0.5', 'ada\u2028x'],
  ['', 'ada'],
])('nothing that a guest or an author says makes a second setting: %j, %j', (host, user) => {
  expect(rdpFile({ host, port: 3389, user })).toBeUndefined();
});
