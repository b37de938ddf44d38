import { operatorCommands } from "../../cloud/faults/commands";
import { hetznerCloud } from "../tested";

operatorCommands(hetznerCloud);
