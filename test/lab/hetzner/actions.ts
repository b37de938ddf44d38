// Actions: what takes time in the API. Each ends after its command's delay, does what it is for, and locks meanwhile.
import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { conflict, locked } from "./errors";

export interface ResourceReference {
  readonly id: number;
  readonly type: string;
}

export interface ActionOptions {
  readonly command: string;
  readonly resources: readonly ResourceReference[];
  /** Refused to others until the action has ended. */
  readonly locks?: readonly ResourceReference[];
  /** Begins when that one has ended well. */
  readonly after?: Action;
  /** What it is for; done at the end of the delay. */
  readonly effect?: () => Promise<void> | void;
}

export interface ActionFailure {
  readonly code: string;
  readonly message: string;
}

/** Seconds by command; "*" for all others. */
export type Delays = Readonly<Record<string, number>>;

export interface Action {
  readonly id: number;
  readonly command: string;
  status: "running" | "success" | "error";
  readonly started: string;
  finished: string | null;
  error: ActionFailure | null;
  readonly resources: readonly ResourceReference[];
  progress(): number;
  /** Never rejects. */
  readonly done: Promise<void>;
}

export class Actions {
  delays: Delays;
  private readonly byId = new Map<number, Action>();
  private readonly locks = new Map<string, number>();
  private readonly failing = new AsyncLocalStorage<ActionFailure | undefined>();

  constructor(
    private readonly nextId: () => number,
    delays: Delays = {},
  ) {
    this.delays = delays;
  }

  all(): Action[] {
    return [...this.byId.values()];
  }

  find(id: number): Action | undefined {
    return this.byId.get(id);
  }

  /** Every action that `work` starts ends in that error, with nothing done. */
  during<T>(failure: ActionFailure | undefined, work: () => T): T {
    return this.failing.run(failure, work);
  }

  requireUnlocked(resource: ResourceReference, refusal: "locked" | "conflict" = "locked"): void {
    if (this.isLocked(resource)) throw refusal === "locked" ? locked(resource.type) : conflict(resource.type);
  }

  isLocked(resource: ResourceReference): boolean {
    return (this.locks.get(key(resource)) ?? 0) > 0;
  }

  /** Any that runs and is about all of these. */
  isRunning(command: string, ...resources: readonly ResourceReference[]): boolean {
    return this.all().some(
      (action) =>
        action.status === "running" &&
        action.command === command &&
        resources.every((wanted) => action.resources.some((resource) => key(resource) === key(wanted))),
    );
  }

  start(options: ActionOptions): Action {
    for (const resource of options.locks ?? []) this.count(resource, 1);
    const seconds = this.delays[options.command] ?? this.delays["*"] ?? 0;
    const injected = this.failing.getStore();
    let begun: number | undefined;
    const waitAndDo = async () => {
      await options.after?.done;
      begun = Date.now();
      await delay(seconds * 1000);
    };
    const action: Action = {
      id: this.nextId(),
      command: options.command,
      status: "running",
      started: new Date().toISOString(),
      finished: null,
      error: null,
      resources: options.resources,
      progress: () => progress(action, begun, seconds),
      done: waitAndDo().then(() => this.finish(action, options, injected)),
    };
    this.byId.set(action.id, action);
    return action;
  }

  private async finish(action: Action, options: ActionOptions, injected: ActionFailure | undefined): Promise<void> {
    const failure = injected ?? (options.after?.status === "error" ? options.after.error : null);
    action.error = failure ?? (await failureOf(options.effect));
    action.status = action.error ? "error" : "success";
    action.finished = new Date().toISOString();
    for (const resource of options.locks ?? []) this.count(resource, -1);
  }

  private count(resource: ResourceReference, difference: number): void {
    this.locks.set(key(resource), (this.locks.get(key(resource)) ?? 0) + difference);
  }
}

async function failureOf(effect: ActionOptions["effect"]): Promise<ActionFailure | null> {
  try {
    await effect?.();
    return null;
  } catch (error) {
    return { code: "action_failed", message: error instanceof Error ? error.message : String(error) };
  }
}

function progress(action: Action, begun: number | undefined, seconds: number): number {
  if (action.status !== "running") return 100;
  if (begun === undefined || seconds === 0) return 0;
  return Math.min(99, Math.floor((Date.now() - begun) / (10 * seconds)));
}

const key = ({ type, id }: ResourceReference) => `${type} ${id}`;

export const actionView = (action: Action) => ({
  id: action.id,
  command: action.command,
  status: action.status,
  progress: action.progress(),
  started: action.started,
  finished: action.finished,
  resources: action.resources,
  error: action.error,
});
