/** One number of a run, and what it should be. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Such as `<= 5`; `-` for a number that is only told. */
  readonly goal: string;
  /** Whether the goal is met; true where there is none. */
  readonly met: boolean;
}

/** A figure whose value must not be above a bound. */
export function atMost(bound: number, name: string, value: number, unit: string): Figure {
  return { name, value, unit, goal: `<= ${bound}`, met: value <= bound };
}

/** A figure whose value must be below a bound. */
export function below(bound: number, name: string, value: number, unit: string): Figure {
  return { name, value, unit, goal: `< ${bound}`, met: value < bound };
}

/** A figure whose value must not be below a bound. */
export function atLeast(bound: number, name: string, value: number, unit: string): Figure {
  return { name, value, unit, goal: `>= ${bound}`, met: value >= bound };
}

/** A figure without a goal: what others are compared with. */
export function told(name: string, value: number, unit: string): Figure {
  return { name, value, unit, goal: '-', met: true };
}

/** Whether every figure meets its goal. Nothing measured is nothing met. */
export function allMet(figures: readonly Figure[]): boolean {
  return figures.length > 0 && figures.every(({ met }) => met);
}
