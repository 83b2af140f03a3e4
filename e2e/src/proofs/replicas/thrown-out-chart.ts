/** What happened to one system. Moments are in seconds after the beginning. */
export interface Course {
  readonly name: string;
  /** When somebody had to sign in again. */
  readonly thrownOut: readonly number[];
  readonly kills: readonly number[];
  /** How long it was loaded. */
  readonly length: number;
}

const WIDTH = 760;
const LEFT = 60;
const RIGHT = 720;
const TOP = 50;
const BOTTOM = 260;
/** Between the marks of one system's kills and those of the next. */
const ROW = 34;
const COLOURS = ['#1b6e53', '#c2571a'];

/**
 * Draws how many people had been thrown out by each moment, a line for each system, with its kills as marks below.
 *
 * @returns SVG
 */
export function thrownOutChart(title: string, courses: readonly Course[]): string {
  const longest = Math.max(1, ...courses.map(({ length }) => length));
  const most = Math.max(4, ...courses.map(({ thrownOut }) => thrownOut.length));
  const x = (seconds: number) => LEFT + ((RIGHT - LEFT) * seconds) / longest;
  const y = (people: number) => BOTTOM - ((BOTTOM - TOP) * people) / most;
  const height = BOTTOM + 50 + ROW * courses.length;
  const parts = [
    `<text x="${LEFT}" y="26" font-size="15" font-weight="600">${escaped(title)}</text>`,
    ...[0, 0.25, 0.5, 0.75, 1].map((share) => rule(y(share * most), String(Math.round(share * most)))),
    ...[0, 0.25, 0.5, 0.75, 1].map((share) => label(x(share * longest), `${Math.round(share * longest)} s`)),
    ...courses.flatMap((course, index) => {
      const colour = COLOURS[index % COLOURS.length] as string;
      const row = BOTTOM + 44 + ROW * index;
      const marks = course.kills.map((at) => `M${x(at).toFixed(1)} ${row + 6}v10`).join('');
      return [
        `<polyline fill="none" stroke="${colour}" stroke-width="2.5" points="${steps(course, x, y)}"/>`,
        `<text x="${LEFT}" y="${row}" fill="${colour}" font-size="13">${escaped(course.name)}: ${course.thrownOut.length} thrown out, ${course.kills.length} kills</text>`,
        `<path d="${marks}" stroke="${colour}" stroke-width="2"/>`,
      ];
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif">
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}

/** The number stays until somebody is thrown out, and is one more then. */
function steps(
  { thrownOut, length }: Course,
  x: (seconds: number) => number,
  y: (people: number) => number,
): string {
  const points: [number, number][] = [[0, 0]];
  for (const [index, at] of thrownOut.entries()) points.push([at, index], [at, index + 1]);
  points.push([length, thrownOut.length]);
  return points.map(([at, people]) => `${x(at).toFixed(1)},${y(people).toFixed(1)}`).join(' ');
}

function rule(y: number, text: string): string {
  return `<path d="M${LEFT} ${y.toFixed(1)}H${RIGHT}" stroke="#eee"/><text x="${LEFT - 8}" y="${(y + 4).toFixed(1)}" font-size="11" text-anchor="end">${text}</text>`;
}

function label(x: number, text: string): string {
  return `<text x="${x.toFixed(1)}" y="${BOTTOM + 18}" font-size="11" text-anchor="middle">${text}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
