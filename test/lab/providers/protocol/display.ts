// What a provider shows while it works: lines that the engine puts beside the resource.
// The SDK's parts are named one by one: all of it together takes a second to load.
import * as log from "@pulumi/pulumi/log";
import { DependencyResource } from "@pulumi/pulumi/resource";
import { resetOptions } from "@pulumi/pulumi/runtime/settings";

export interface Display {
  /** A line that is shown while the operation runs, such as a command's output. */
  line(text: string): void;
  warn(text: string): Promise<void>;
  error(text: string): Promise<void>;
}

/** Lets `log` reach the engine, whose address is the last argument of a provider; `provider.main` does not do it. */
export function connectDisplay(args: readonly string[]): void {
  const engine = args.findLast((argument) => !argument.startsWith("-"));
  if (engine !== undefined) {
    resetOptions("", "", -1, engine, "", false, "");
  }
}

export function displayOf(urn: string): Display {
  const resource = new DependencyResource(urn);
  return {
    line: (text) => void log.info(text, resource, undefined, true),
    warn: (text) => log.warn(text, resource),
    error: (text) => log.error(text, resource),
  };
}
