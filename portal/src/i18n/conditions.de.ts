import type { conditions as en } from './conditions.en.ts';

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
