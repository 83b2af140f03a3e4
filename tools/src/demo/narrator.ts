/** Tells the story of the demo on a terminal: what happens, and what really went over the wire. */
export class Narrator {
  #step = 0;

  constructor(private readonly print: (line: string) => void) {}

  /** A new step, with the point it makes. */
  step(title: string, explanation: string): void {
    this.#step++;
    this.print('');
    this.print(bold(`${this.#step}. ${title}`));
    for (const line of wrap(explanation)) this.print(`   ${line}`);
  }

  /** What was sent. */
  sent(...lines: string[]): void {
    for (const line of lines) this.print(`   ${cyan('>')} ${line}`);
  }

  /** What came back. */
  received(...lines: string[]): void {
    for (const line of lines) this.print(`   ${green('<')} ${line}`);
  }

  /** What else can be seen: a log line, a decoded token. */
  seen(...lines: string[]): void {
    for (const line of lines) this.print(`     ${line}`);
  }
}

const WIDTH = 96;

function wrap(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length >= WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

const bold = (text: string) => `\u001b[1m${text}\u001b[0m`;
const cyan = (text: string) => `\u001b[36m${text}\u001b[0m`;
const green = (text: string) => `\u001b[32m${text}\u001b[0m`;
