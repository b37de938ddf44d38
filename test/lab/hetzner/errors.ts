// How the API says no: a status, a code and a message, as Hetzner's documentation lists them.

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Readonly<Record<string, unknown>> | null = null,
  ) {
    super(message);
  }

  get body(): unknown {
    return errorBody(this.code, this.message, this.details);
  }
}

export const errorBody = (code: string, message: string, details: ApiError["details"] = null) => ({
  error: { code, message, details },
});

export const notFound = (kind: string, id: number | string) =>
  new ApiError(404, "not_found", `${kind} with ID '${id}' not found`);

export const invalidInput = (field: string, message: string) =>
  new ApiError(422, "invalid_input", `invalid input in field '${field}'`, {
    fields: [{ name: field, messages: [message] }],
  });

export const notUnique = (field: string) =>
  new ApiError(409, "uniqueness_error", `${field} is already used`, { fields: [{ name: field }] });

export const locked = (kind: string) =>
  new ApiError(423, "locked", `${kind} is locked: another action is running on it`);

export const conflict = (kind: string) => new ApiError(409, "conflict", `${kind} is being changed by another action`);

export const isProtected = (kind: string) => new ApiError(403, "protected", `${kind} deletion is protected`);

export const unprocessable = (code: string, message: string) => new ApiError(422, code, message);
