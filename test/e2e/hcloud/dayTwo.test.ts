import { dayTwo } from "../cloud/dayTwo";
import { hetznerCloud } from "./tested";

dayTwo(hetznerCloud);
