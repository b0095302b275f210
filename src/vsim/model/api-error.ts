/** Errors of vCenter's REST services, by the names of `com.vmware.vapi.std.errors`, with the HTTP status that each is answered with. */
export const API_STATUS = {
  already_exists: 400,
  invalid_argument: 400,
  unexpected_input: 400,
  unauthenticated: 401,
  unauthorized: 403,
  not_found: 404,
  operation_not_found: 404,
  service_unavailable: 503,
  internal_server_error: 500,
} as const;

export type ApiErrorKind = keyof typeof API_STATUS;

/** What a REST call fails with. `id` names the message, as clients that translate it want it. */
export class ApiError extends Error {
  readonly kind: ApiErrorKind;
  readonly id: string;

  constructor(kind: ApiErrorKind, message: string, id = `com.vmware.vapi.std.errors.${kind}`) {
    super(message);
    this.name = 'ApiError';
    this.kind = kind;
    this.id = id;
  }
}
