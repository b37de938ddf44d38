import { updatesUnderLoad } from "../cloud/updates";
import { awsCloud } from "./tested";

updatesUnderLoad(awsCloud);
