import { partitions } from "../../cloud/faults/partitions";
import { awsCloud } from "../tested";

partitions(awsCloud);
