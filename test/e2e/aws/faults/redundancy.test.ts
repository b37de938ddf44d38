import { lostRedundancy } from "../../cloud/faults/redundancy";
import { awsCloud } from "../tested";

lostRedundancy(awsCloud);
