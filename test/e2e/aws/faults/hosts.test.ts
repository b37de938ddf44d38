import { hostFaults } from "../../cloud/faults/hosts";
import { awsCloud } from "../tested";

hostFaults(awsCloud);
