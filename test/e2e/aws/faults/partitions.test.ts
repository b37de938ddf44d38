import { partitions, unreachableApi } from "../../cloud/faults/partitions";
import { awsCloud } from "../tested";

partitions(awsCloud);
unreachableApi(awsCloud);
