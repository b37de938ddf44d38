import { dayTwo } from "../cloud/dayTwo";
import { awsCloud } from "./tested";

dayTwo(awsCloud);
