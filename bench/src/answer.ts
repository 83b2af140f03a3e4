/** What a child process can be asked, by name; see {@link spawnPeer}. */
export type Answers = Readonly<Record<string, (argument: never) => unknown>>;

/** A question as it crosses between the processes. */
export interface Question {
  readonly name: string;
  readonly argument: unknown;
}

/** What comes back: the answer, or why there is none. */
export type Reply = { readonly answer: unknown } | { readonly fault: string };

/** Makes this process answer its parent's questions, one at a time, until the parent is gone. */
export function answer(answers: Answers): void {
  process.on('disconnect', () => process.exit());
  process.on('message', ({ name, argument }: Question) => {
    void reply(answers[name], argument).then((message) => process.send?.(message));
  });
}

async function reply(handler: ((argument: never) => unknown) | undefined, argument: unknown): Promise<Reply> {
  try {
    return { answer: await handler?.(argument as never) };
  } catch (error) {
    return { fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
