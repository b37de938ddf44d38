// What authors of platforms test theirs with.
export { type MoverTrial, moverConformance } from "./moverConformance";
