// The lab's double of the `command` provider 1.2.1: local.Command, remote.Command and remote.CopyToRemote.
// test/conformance/command-provider holds it to what the real one was seen to do.
import { main } from "@pulumi/pulumi/provider/server";
import { connectDisplay } from "../protocol/display";
import { TableProvider } from "../protocol/provider";
import { copyToRemote } from "./copyToRemote";
import { localCommand } from "./localCommand";
import { remoteCommand } from "./remoteCommand";

const args = process.argv.slice(2);
connectDisplay(args);
main(
  new TableProvider("1.2.1", {
    "command:local:Command": localCommand,
    "command:remote:Command": remoteCommand,
    "command:remote:CopyToRemote": copyToRemote,
  }),
  args,
);
