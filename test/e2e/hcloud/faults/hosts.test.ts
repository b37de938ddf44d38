import { hostFaults } from "../../cloud/faults/hosts";
import { hetznerCloud } from "../tested";

hostFaults(hetznerCloud);
