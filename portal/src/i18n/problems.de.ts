import type { ProblemCode } from '../../../src/contract/problem.ts';
import type { Said } from './en.ts';

/**
 * Was die Codes des Servers bedeuten und was zu tun ist. Seine eigenen Sätze sind englisch und sagen oft mehr; sie stehen darunter. Ein Code,
 * der hier fehlt, ist ein Fehler beim Übersetzen.
 */
export const problems: Record<ProblemCode, Said> = {
  'bad-request': { what: 'Der Server versteht die Anfrage nicht', todo: 'Prüfen Sie, was Sie eingegeben haben.' },
  unauthorized: { what: 'Sie sind nicht angemeldet', todo: 'Melden Sie sich an. Beim Anmelden: Name oder Passwort stimmen nicht.' },
  'not-allowed': { what: 'Das darf dieses Konto nicht', todo: 'Fragen Sie den Betrieb.' },
  'not-found': { what: 'Das gibt es nicht oder nicht mehr', todo: 'Sehen Sie in der Liste nach, was da ist.' },
  'already-exists': { what: 'Das gibt es schon', todo: 'Wählen Sie einen anderen Namen.' },
  conflict: { what: 'Etwas anderes steht dagegen', todo: 'Sehen Sie nach, was sich inzwischen geändert hat.' },
  'wrong-state': { what: 'Das geht nicht in seinem jetzigen Zustand', todo: 'Warten Sie, bis er sich ändert, oder ändern Sie ihn.' },
  'has-children': { what: 'Andere Platten stehen darauf', todo: 'Beenden Sie zuerst die Rechner, die darauf stehen.' },
  busy: { what: 'Gerade hält es etwas anderes fest', todo: 'Versuchen Sie es gleich noch einmal.' },
  'gate-refused': {
    what: 'Er könnte auf das Golden Image schreiben und wird deshalb nicht eingeschaltet',
    todo: 'Reservieren Sie neu. Geschieht es wieder, sagen Sie es dem Betrieb.',
  },
  'not-linked': {
    what: 'Der Linked Clone kam ohne seine Elternplatte zurück',
    todo: 'Nehmen Sie eine volle Kopie, oder fragen Sie den Betrieb.',
  },
  'not-owned': { what: 'Es trägt nicht das Zeichen von Carrel und wird nicht angerührt', todo: 'Sagen Sie es dem Betrieb.' },
  'master-changed': { what: 'Das Golden Image ist nicht so, wie es veröffentlicht wurde', todo: 'Sagen Sie es dem Betrieb.' },
  unclean: { what: 'Es enthält vielleicht Persönliches', todo: 'Sehen Sie nach, was gefunden wurde.' },
  'bad-image': {
    what: 'Die Datei ist kein Image, das hier zu gebrauchen ist',
    todo: 'Nehmen Sie eine vollständige Datei in einem Format, das importiert wird.',
  },
  'not-supported': { what: 'Das kann dieser Provider nicht', todo: 'Wählen Sie etwas, das er kann.' },
  'too-large': { what: 'Es ist größer als erlaubt', todo: 'Nehmen Sie etwas Kleineres, oder fragen Sie den Betrieb.' },
  'length-required': {
    what: 'Die Länge muss vor dem Inhalt genannt werden',
    todo: 'Schicken Sie die Datei auf anderem Weg, etwa mit `carrel image import`.',
  },
  'unsupported-media-type': {
    what: 'Inhalt dieser Art wird hier nicht angenommen',
    todo: 'Schicken Sie eine Datei eines anderen Formats.',
  },
  'rate-limited': {
    what: 'Es sind zu viele auf einmal',
    todo: 'Schließen Sie Seiten oder Programme, die offen sind, oder warten Sie einen Moment.',
  },
  'limit-reached': { what: 'Die Grenze dieses Kontos ist erreicht', todo: 'Beenden Sie etwas anderes, oder fragen Sie den Betrieb.' },
  'no-space': { what: 'Der Speicher ist voll', todo: 'Sagen Sie es dem Betrieb.' },
  'no-capacity': { what: 'Beim Provider ist dafür kein Platz', todo: 'Reservieren Sie für später oder etwas Kleineres.' },
  'guest-timeout': {
    what: 'Der Gast hat nicht rechtzeitig geantwortet',
    todo: 'Sehen Sie auf den Bildschirm: vielleicht ist er nur langsam.',
  },
  'guest-failed': {
    what: 'Der Gast hat abgelehnt, worum er gebeten wurde',
    todo: 'Sehen Sie auf den Bildschirm, und versuchen Sie es dann noch einmal.',
  },
  unavailable: {
    what: 'Etwas, das gebraucht wird, antwortet nicht',
    todo: 'Versuchen Sie es später. Bleibt es so, sagen Sie es dem Betrieb.',
  },
  shutdown: { what: 'Der Server wird angehalten', todo: 'Versuchen Sie es gleich noch einmal.' },
  'missing-tool': { what: 'Auf dem Server fehlt ein Programm', todo: 'Sagen Sie es dem Betrieb.' },
  'no-permission': { what: 'Das Konto von Carrel darf das beim Provider nicht', todo: 'Sagen Sie es dem Betrieb.' },
  'written-off': { what: 'Der Provider wurde vom Betrieb aufgegeben', todo: 'Reservieren Sie neu; was dort war, ist weg.' },
  crashed: { what: 'Der Hypervisor ist abgestürzt', todo: 'Schalten Sie den Rechner wieder ein.' },
  deadline: { what: 'Es dauerte länger, als es darf', todo: 'Versuchen Sie es noch einmal.' },
  cancelled: { what: 'Es wurde abgebrochen', todo: 'Versuchen Sie es noch einmal, wenn Sie es noch brauchen.' },
  internal: { what: 'Das ist ein Fehler in Carrel', todo: 'Sagen Sie dem Betrieb, was Sie getan haben und wann.' },
};

/** Dasselbe von einem Provider gesagt, wo es anders klingt. */
export const faults: Partial<Record<ProblemCode, string>> = {
  unavailable: 'Er antwortet nicht, oder nicht, wie er soll.',
  'no-permission': 'Das Konto von Carrel wird dort abgewiesen oder darf nicht genug.',
  'not-found': 'Etwas, das für ihn eingestellt ist, gibt es dort nicht.',
  'not-supported': 'Etwas, das Carrel braucht, kann er nicht.',
};
