import type { NoticeWords } from './notices.en.ts';

/** Dasselbe wie `notices.en.ts`. */
export const notices: NoticeWords = {
  'powered-off': () => 'Ausgeschaltet',
  'switched-off': () => 'Sein Rechner ist ausgeschaltet',
  kept: () => 'Ausgeschaltet und noch eine Weile erhalten: „Rückgängig“ bringt ihn zurück.',
  'nobody-connected': ({ at }, time) => `Noch hat sich niemand verbunden: er wird ${time(at)} beendet, wenn es niemand tut.`,
  'nobody-there': ({ at }, time) => `Niemand ist verbunden: er wird ${time(at)} beendet, wenn sich niemand verbindet oder ihn verlängert.`,
  'ended-unused': ({ after }) => `Beendet: niemand hatte sich innerhalb von ${after} verbunden.`,
  'ended-unused-kept': ({ after }) => `Beendet: niemand hatte sich innerhalb von ${after} verbunden. „Rückgängig“ bringt ihn zurück.`,
  'ended-idle': ({ after }) => `Beendet: ${after} lang war niemand verbunden.`,
  'ended-idle-kept': ({ after }) => `Beendet: ${after} lang war niemand verbunden. „Rückgängig“ bringt ihn zurück.`,
  'time-up': () => 'Seine Zeit ist um.',
  ending: () => 'Er wird beendet.',
  'stopping-begun': () => 'Was begonnen war, wird angehalten.',
  'taking-away': () => 'Der Rechner wird weggenommen.',
  'taking-old-away': () => 'Der alte Rechner wird weggenommen.',
  'waiting-provider': ({ why }) => `Wartet auf den Provider und macht von selbst weiter. Der Server sagt: ${why}`,
  'waiting-maintenance': ({ at }, time) => `Wartet, bis die Wartung ${time(at)} zu Ende ist: dann wird sein Rechner begonnen.`,
  'no-room': () => 'Wartet auf Platz: Rechner, die weg sein sollten, werden noch weggenommen.',
  'room-needed': () => 'Sein Platz wird gebraucht: er wird jetzt weggenommen.',
  reverting: ({ name }) => `Kehrt zum Sicherungspunkt ${name} zurück.`,
  'power-failed': ({ op, why }) => `Ein- oder Ausschalten (${op}) ist gescheitert. Der Server sagt: ${why}`,
  'own-disks-copying': () => 'Ausgeschaltet; seine Platten werden kopiert und sind dann seine eigenen.',
  'own-disks': () => 'Ausgeschaltet; er hat jetzt eigene Platten.',
  'late-by-maintenance': ({ at, after }, time) =>
    `Sein Rechner wird begonnen, wenn die Wartung vorbei ist, ${time(at)}, und ist vielleicht erst bis zu ${after} nach dem Beginn da.`,
  'linked-instead': ({ why }) => `Er wurde als Linked Clone gemacht, nicht als Instant Clone. Der Server sagt: ${why}`,
  'master-changed': ({ why }) =>
    `Sichern Sie, was Sie brauchen, und reservieren Sie einen anderen: dieser Rechner liest vielleicht falsche Daten und wird nicht aufgenommen. Der Server sagt: ${why}`,
  'own-disks-failed': ({ why }) => `Er bekam keine eigenen Platten. Der Server sagt: ${why}`,
};
