// The lab's double of the `command` provider 1.2.1: local.Command, remote.Command and remote.CopyToRemote.
// test/conformance/command-provider holds it to what the real one was seen to do.
import { Provider } from "../protocol/provider";
import { serve } from "../protocol/server";
import { copyToRemote } from "./copyToRemote";
import { localCommand } from "./localCommand";
import { remoteCommand } from "./remoteCommand";

const provider = new Provider({
  version: "1.2.1",
  resources: {
    "command:local:Command": localCommand,
    "command:remote:Command": remoteCommand,
    "command:remote:CopyToRemote": copyToRemote,
  },
  acceptsSecrets: true,
  supportsPreview: false,
});

void serve(provider, process.argv.slice(2));
