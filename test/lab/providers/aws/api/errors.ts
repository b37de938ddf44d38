// What AWS refuses, in the words of its SDK for Go, which the real provider shows as they are.

interface Exception extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string; readonly attempts?: number };
  readonly Code?: string;
  readonly code?: string;
}

export class AwsError extends Error {
  private constructor(
    message: string,
    readonly code: string | undefined,
    readonly reason: string,
    cause: unknown,
  ) {
    super(message, { cause });
  }

  /** Of what a client of the SDK threw; EC2Client and RunInstancesCommand say what was tried. */
  static from(error: unknown, client: string, command: string): AwsError {
    const { $metadata, name, message, Code, code } = error as Exception;
    const operation = `operation error ${client.replace(/Client$/, "")}: ${command.replace(/Command$/, "")}`;
    const { httpStatusCode: status, requestId = "", attempts = 1 } = $metadata ?? {};
    if (status === undefined) {
      const cause = code && !message.includes(code) ? `${code}: ${message}` : message || (code ?? name);
      const exceeded = attempts > 1 ? `, exceeded maximum number of attempts, ${attempts}` : "";
      return new AwsError(`${operation}${exceeded}, request send failed, ${cause}`, undefined, cause, error);
    }
    const answer = `https response error StatusCode: ${status}, RequestID: ${requestId}`;
    const found = Code ?? name;
    return new AwsError(`${operation}, ${answer}, api error ${found}: ${message}`, found, message, error);
  }
}

export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof AwsError && error.code !== undefined && codes.includes(error.code);
}

/** Nothing, where the API says that there is none. */
export async function unless<T>(codes: readonly string[], answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isCode(error, ...codes)) {
      return undefined;
    }
    throw error;
  }
}

/** Says what was being done when it failed. */
export async function saying<T>(what: string, doing: Promise<T>): Promise<T> {
  try {
    return await doing;
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}

/** Did the API refuse for that reason, in whatever words it is told by now? */
export function saidBy(error: unknown, reason: RegExp): boolean {
  return error instanceof AwsError && reason.test(error.reason);
}
