// Nothing: what an update costs without any resource.
export {};
