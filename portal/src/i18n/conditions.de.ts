import type { conditions as en, hindrances as words } from './conditions.en.ts';

export const conditions: typeof en = {
  'out-of-space': {
    word: 'kein Platz',
    text: 'Er steht still, weil der Speicher unter ihm voll ist. Er läuft von selbst weiter, sobald wieder Platz ist.',
  },
  suspended: { word: 'angehalten', text: 'Jemand hat ihn angehalten. Eingeschaltet macht er da weiter, wo er war.' },
  frozen: {
    word: 'kann nicht schreiben',
    text: 'Seine Dateisysteme wurden für eine Aufnahme angehalten und kamen nicht wieder frei. Ein Neustart hilft.',
  },
  question: { word: 'steht still', text: 'Sein Hypervisor stellt eine Frage, die jemand vom Betrieb beantworten muss.' },
  unreachable: {
    word: 'nicht steuerbar',
    text: 'Er läuft, soweit zu sehen ist, lässt sich aber nicht steuern. Die Arbeit darin geht vielleicht weiter; neu starten, ausschalten oder beenden hilft.',
  },
  hung: {
    word: 'antwortet nicht',
    text: 'Sein Gast antwortet dem Hypervisor nicht mehr und hängt vermutlich. Die Konsole zeigt mehr; bewegt sich nichts, hilft ein Neustart.',
  },
  'no-tpm': {
    word: 'ohne TPM',
    text: 'Er läuft ohne sein TPM weiter, weil dessen Prozess endete. Was es braucht, schlägt in ihm fehl; ein Neustart hilft.',
  },
  crashed: { word: 'abgestürzt', text: 'Er ist abgestürzt. Einschalten hilft.' },
};

/** Warum gesetzte Zugangsdaten nicht alle oder gar nicht gelten. */
export const hindrances: typeof words = {
  refused: () => 'Der Agent im Gast hat etwas verweigert; deshalb funktioniert nicht alles davon.',
  expired: (user) =>
    `Im Gast ist ${user} oder das Passwort abgelaufen; hinein kommt es erst, wenn jemand dort es verlängert. Vielleicht hilft der Bildschirm.`,
  shell: (user) => `Im Gast hat ${user} keine Shell, die jemanden hineinlässt.`,
  password: (user) => `Der SSH-Server des Gastes nimmt kein Passwort von ${user}. \`carrel ssh\` bringt einen Schlüssel mit.`,
  keys: () => 'Der SSH-Server des Gastes nimmt keine Schlüssel des Kontos: nur das Passwort hilft.',
  barred: (user) => `Der SSH-Server des Gastes lässt ${user} überhaupt nicht hinein.`,
};
