import { operatorCommands } from "../../cloud/faults/commands";
import { awsCloud } from "../tested";

operatorCommands(awsCloud);
