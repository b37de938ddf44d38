// What a forward proxy has to fulfil.
import * as checks from "../../validation/checks";
import type { Plain } from "../../validation/plain";
import { filledList, shape } from "../../validation/shape";
import { hostPattern } from "../routing/rules";
import { endpoint } from "../servers/rules";
import type { ForwardProxyArgs } from "./args";

export type ForwardProxy = Plain<ForwardProxyArgs>;

export const forwardProxyShape = shape<ForwardProxy>({
  destinations: filledList(
    hostPattern,
    "List the hosts that may be asked for; a proxy to everywhere is not to be had.",
  ),
  ports: checks.optional(filledList(checks.port, "List at least one, or leave it out.")),
  resolvers: checks.optional(filledList(endpoint(53, "a name server"), "List at least one, or leave it out.")),
});
