// What the API refuses, in the words of hcloud-go, which the real provider shows as they are.

interface ErrorBody {
  readonly error?: {
    readonly code?: string;
    readonly message?: string;
    readonly details?: {
      readonly fields?: readonly { readonly name: string; readonly messages?: readonly string[] }[];
    };
  };
}

export class ApiError extends Error {
  private constructor(
    message: string,
    readonly status: number,
    readonly code?: string,
  ) {
    super(message);
  }

  static from(response: Response, body: string): ApiError {
    const error = parse(body).error;
    if (!error?.code && !error?.message) {
      return new ApiError(`hcloud: server responded with status code ${response.status}`, response.status);
    }
    const correlation = response.headers.get("x-correlation-id");
    const origin = [error.code, correlation].filter(Boolean).join(", ");
    const fields = error.code === "invalid_input" ? (error.details?.fields ?? []) : [];
    const detail = fields.map((field) => `${field.name} => [${(field.messages ?? []).join(" ")}]`).join(" ");
    const message = `${error.message} (${origin})${detail && `: [${detail}]`}`;
    return new ApiError(message, response.status, error.code);
  }
}

function parse(body: string): ErrorBody {
  try {
    return (JSON.parse(body) as ErrorBody | null) ?? {};
  } catch {
    return {};
  }
}

export function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof ApiError && error.code !== undefined && codes.includes(error.code);
}
