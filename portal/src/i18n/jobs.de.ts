import type { JobWords } from './jobs.en.ts';

/** Dasselbe wie `jobs.en.ts`. */
export const jobWords: JobWords = {
  sagas: {
    provision: 'Rechner bereitstellen',
    end: 'Rechner wegnehmen',
    reimage: 'Neu aufsetzen',
    prepare: 'Image anlegen',
    capture: 'Rechner aufnehmen',
    power: 'Ein- oder ausschalten',
    checkpoint: 'Sicherungspunkt',
    prove: 'Revision prüfen',
    'remove-revision': 'Revision entfernen',
    'add-master': 'Golden Disks anlegen',
    unlink: 'Eigene Platten',
    relocate: 'Auf einen Datastore umziehen',
  },
  steps: {
    clone: 'klonen',
    gate: 'Platten prüfen',
    start: 'einschalten',
    guest: 'auf das Gastsystem warten',
    destroy: 'wegnehmen',
    master: 'Golden Disks',
    staging: 'aufräumen',
    flatten: 'Platten zusammenführen',
    power: 'schalten',
    act: 'Sicherungspunkt bearbeiten',
    handover: 'Zugang übergeben',
    copy: 'Platten kopieren',
  },
  stepStates: { started: 'begonnen', done: 'fertig', undone: 'rückgängig' },
};
