export async function awsApis(_lab: string): Promise<{ script: string; args: string[] }> {
  throw new Error("not yet");
}
