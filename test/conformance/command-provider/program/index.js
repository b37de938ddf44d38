// The resources that a test lists; see declare.js.
const { local, remote } = require("@pulumi/command");
const { declare } = require("../../declare");

declare({
  "local.Command": local.Command,
  "remote.Command": remote.Command,
  "remote.CopyToRemote": remote.CopyToRemote,
});
