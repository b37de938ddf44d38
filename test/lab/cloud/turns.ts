// Keeps changes of one thing in order while others go on.

export class Turns {
  private readonly queues = new Map<string, Promise<void>>();

  take(key: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.queues.get(key) ?? Promise.resolve()).then(work);
    this.queues.set(
      key,
      turn.catch(() => {}),
    );
    return turn;
  }
}
