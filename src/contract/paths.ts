/**
 * Every operation of the API on one page: its name, method and path. Kept apart from the schemas so that a client (the CLI,
 * the portal) carries this table and no schema code; the schemas of each operation are in the file of its resource.
 */
export const PATHS = {
  health: 'GET /healthz',
  ready: 'GET /readyz',
  metrics: 'GET /metrics',
  openapi: 'GET /api/v1/openapi.json',
  me: 'GET /api/v1/me',

  signIn: 'POST /api/v1/session',
  showSession: 'GET /api/v1/session',
  signOut: 'DELETE /api/v1/session',
  signInForToken: 'POST /api/v1/session/token',
  listSessions: 'GET /api/v1/sessions',
  endSession: 'DELETE /api/v1/sessions/{id}',
  setPassword: 'POST /api/v1/session/password',

  listAccounts: 'GET /api/v1/accounts',
  createAccount: 'POST /api/v1/accounts',
  changeAccount: 'PATCH /api/v1/accounts/{account}',
  makeLink: 'POST /api/v1/accounts/{account}/link',
  listTokens: 'GET /api/v1/accounts/{account}/tokens',
  createToken: 'POST /api/v1/accounts/{account}/tokens',
  deleteToken: 'DELETE /api/v1/accounts/{account}/tokens/{token}',

  listImages: 'GET /api/v1/images',
  showImage: 'GET /api/v1/images/{name}',
  changeImage: 'PATCH /api/v1/images/{name}',
  buildImage: 'POST /api/v1/images/{name}/build',
  uploadImage: 'POST /api/v1/images/{name}/upload',
  checkUpload: 'GET /api/v1/images/{name}/upload',
  importVm: 'POST /api/v1/images/{name}/import',
  listRevisions: 'GET /api/v1/images/{name}/revisions',
  showRevision: 'GET /api/v1/images/{name}/revisions/{number}',
  replicateImage: 'POST /api/v1/images/{name}/replicate',
  proveRevision: 'POST /api/v1/images/{name}/revisions/{number}/prove',
  publishRevision: 'POST /api/v1/images/{name}/revisions/{number}/publish',
  retireRevision: 'POST /api/v1/images/{name}/revisions/{number}/retire',
  unretireRevision: 'POST /api/v1/images/{name}/revisions/{number}/unretire',
  resealRevision: 'POST /api/v1/images/{name}/revisions/{number}/reseal',
  deleteRevision: 'DELETE /api/v1/images/{name}/revisions/{number}',
  verifyImage: 'POST /api/v1/images/{name}/verify',
  imageLineage: 'GET /api/v1/images/{name}/lineage',
  lineage: 'GET /api/v1/lineage',

  reserve: 'POST /api/v1/reservations',
  listReservations: 'GET /api/v1/reservations',
  showReservation: 'GET /api/v1/reservations/{id}',
  extendReservation: 'POST /api/v1/reservations/{id}/extend',
  shortenReservation: 'POST /api/v1/reservations/{id}/shorten',
  labelReservation: 'PATCH /api/v1/reservations/{id}/labels',
  moveReservation: 'POST /api/v1/reservations/{id}/move',
  endReservation: 'POST /api/v1/reservations/{id}/end',
  connectReservation: 'POST /api/v1/reservations/{id}/connect',
  screenshot: 'GET /api/v1/reservations/{id}/screenshot',
  rdpFile: 'GET /api/v1/reservations/{id}/rdp',
  captureReservation: 'POST /api/v1/reservations/{id}/capture',
  undoEnd: 'POST /api/v1/reservations/{id}/undo',
  unlinkReservation: 'POST /api/v1/reservations/{id}/unlink',
  relocateReservation: 'POST /api/v1/reservations/{id}/relocate',
  reimageReservation: 'POST /api/v1/reservations/{id}/reimage',
  powerReservation: 'POST /api/v1/reservations/{id}/power',
  listCheckpoints: 'GET /api/v1/reservations/{id}/checkpoints',
  addCheckpoint: 'POST /api/v1/reservations/{id}/checkpoints',
  revertCheckpoint: 'POST /api/v1/reservations/{id}/checkpoints/{checkpoint}/revert',
  deleteCheckpoint: 'DELETE /api/v1/reservations/{id}/checkpoints/{checkpoint}',
  consoleTicket: 'POST /api/v1/reservations/{id}/console-ticket',
  console: 'GET /api/v1/reservations/{id}/console',
  terminal: 'GET /api/v1/reservations/{id}/terminal',
  serialLog: 'GET /api/v1/reservations/{id}/serial',
  serialConsole: 'GET /api/v1/reservations/{id}/serial-console',
  tunnel: 'GET /api/v1/reservations/{id}/tunnel',

  reserveSeries: 'POST /api/v1/series',
  listSeries: 'GET /api/v1/series',
  showSeries: 'GET /api/v1/series/{id}',
  endSeries: 'POST /api/v1/series/{id}/end',

  availability: 'GET /api/v1/availability',
  listMaintenance: 'GET /api/v1/maintenance',
  addMaintenance: 'POST /api/v1/maintenance',
  removeMaintenance: 'DELETE /api/v1/maintenance/{id}',
  listLicences: 'GET /api/v1/licences',
  addLicence: 'POST /api/v1/licences',
  changeLicence: 'PATCH /api/v1/licences/{name}',
  removeLicence: 'DELETE /api/v1/licences/{name}',
  showRules: 'GET /api/v1/rules',
  setRule: 'POST /api/v1/rules',

  listMachines: 'GET /api/v1/machines',
  showMachine: 'GET /api/v1/machines/{id}',

  endMachine: 'POST /api/v1/machines/{id}/end',
  answerMachine: 'POST /api/v1/machines/{id}/answer',
  listJobs: 'GET /api/v1/jobs',
  showJob: 'GET /api/v1/jobs/{id}',
  retryJob: 'POST /api/v1/jobs/{id}/retry',

  events: 'GET /api/v1/events',
  reconcile: 'POST /api/v1/reconcile',
  listProviders: 'GET /api/v1/providers',
  addProvider: 'POST /api/v1/providers',
  showCertificate: 'POST /api/v1/providers/certificate',
  changeProvider: 'PATCH /api/v1/providers/{provider}',
  checkProvider: 'POST /api/v1/providers/{provider}/check',
  listProviderVms: 'GET /api/v1/providers/{provider}/vms',
  enableProvider: 'POST /api/v1/providers/{provider}/enable',
  disableProvider: 'POST /api/v1/providers/{provider}/disable',
  drainProvider: 'POST /api/v1/providers/{provider}/drain',
  writeOffProvider: 'POST /api/v1/providers/{provider}/write-off',
  deleteProvider: 'DELETE /api/v1/providers/{provider}',
  listServers: 'GET /api/v1/servers',
  forgetServer: 'DELETE /api/v1/servers/{server}',
  listAudit: 'GET /api/v1/audit',
} as const;

export type Operation = keyof typeof PATHS;
export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface OperationPath {
  method: Method;
  /** With `{name}` where a parameter stands. */
  path: string;
}

/** Method and path of an operation. */
export function operationPath(operation: Operation): OperationPath {
  const [method, path] = PATHS[operation].split(' ') as [Method, string];
  return { method, path };
}
