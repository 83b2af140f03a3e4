// The caller of the proofs of overload: a process of its own, so that what it costs is not the system's.
import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '@gatehouse/report';
import { dueAfter } from './due.js';
import { HttpConnection } from './http-connection.js';
import type { Latency, LoadOrder, LoadReport, LoadSecond } from './load-messages.js';

/** More than are ever needed while answers come within a second or so; beyond, requests wait here, and count it. */
const MAX_CONNECTIONS = 1_000;
/** For how long the last answers are waited for. */
const LAST_ANSWERS_MS = 10_000;

interface Answer {
  readonly dueMs: number;
  readonly sentMs: number;
  readonly ms: number;
  readonly status: number;
  readonly reason: string;
}

async function run(order: LoadOrder): Promise<LoadReport> {
  const answers: Answer[] = [];
  const connections: HttpConnection[] = [];
  const idle: HttpConnection[] = [];
  const beginMs = performance.now();
  let opened = 0;
  const open = () => {
    const connection = new HttpConnection(order.ports[opened++ % order.ports.length] as number);
    connections.push(connection);
    return connection;
  };
  const send = (connection: HttpConnection, dueMs: number, next: () => void) => {
    const sentMs = performance.now();
    connection.send(order.request, (status, reason) => {
      const ms = performance.now() - dueMs;
      answers.push({ dueMs: dueMs - beginMs, sentMs: sentMs - dueMs, ms, status, reason });
      next();
    });
  };

  if (order.atOnce !== undefined) {
    for (let count = 0; count < order.atOnce; count++) {
      const connection = open();
      const again = () => {
        if (performance.now() < beginMs + order.forMs) send(connection, performance.now(), again);
      };
      again();
    }
    await delay(order.forMs);
  } else {
    const perSecond = order.perSecond ?? 1;
    const count = Math.floor((perSecond * order.forMs) / 1_000);
    for (let index = 0; index < count;) {
      const due = Math.min(count, dueAfter(performance.now() - beginMs, perSecond));
      for (; index < due; index++) {
        const connection = idle.pop() ?? (connections.length < MAX_CONNECTIONS ? open() : undefined);
        if (!connection) break;
        send(connection, beginMs + (index * 1_000) / perSecond, () => idle.push(connection));
      }
      await delay(1);
    }
  }
  const end = performance.now() + LAST_ANSWERS_MS;
  while (connections.some(({ isBusy }) => isBusy) && performance.now() < end) await delay(20);
  for (const connection of connections) connection.close();
  await delay(50);
  return reportOf(answers, order);
}

function reportOf(answers: readonly Answer[], { forMs, windowMs = forMs }: LoadOrder): LoadReport {
  const seconds: Answer[][] = [];
  for (const answer of answers) (seconds[Math.floor(answer.dueMs / 1_000)] ??= []).push(answer);
  const failures: Record<string, number> = {};
  for (const { status, reason } of answers.filter(isFailed)) {
    const answered = `${status} ${reason}`.trimEnd();
    failures[answered] = (failures[answered] ?? 0) + 1;
  }
  return {
    seconds: Array.from(seconds, (second) => secondOf(second ?? [])),
    accepted: latencyOf(answers.filter(isAccepted)),
    windows: Array.from({ length: Math.floor(forMs / windowMs) }, (_, index) => {
      const isWithin = ({ dueMs }: Answer) => Math.floor(dueMs / windowMs) === index;
      return latencyOf(answers.filter((answer) => isAccepted(answer) && isWithin(answer)));
    }),
    shed: latencyOf(answers.filter(isShed)),
    lateP99Ms: quantile(
      answers.map(({ sentMs }) => sentMs),
      0.99,
    ),
    failures,
  };
}

const isAccepted = ({ status }: Answer) => status === 200;
const isShed = ({ reason }: Answer) => reason === 'OVERLOADED';
const isFailed = (answer: Answer) => !isAccepted(answer) && !isShed(answer);

function secondOf(answers: readonly Answer[]): LoadSecond {
  const accepted = answers.filter(isAccepted);
  return {
    accepted: accepted.length,
    shed: answers.filter(isShed).length,
    failed: answers.filter(isFailed).length,
    acceptedP99Ms: latencyOf(accepted).p99Ms,
  };
}

function latencyOf(answers: readonly Answer[]): Latency {
  const all = answers.map(({ ms }) => ms);
  return { count: all.length, p50Ms: quantile(all, 0.5), p99Ms: quantile(all, 0.99) };
}

process.on('message', (order: LoadOrder) => {
  void run(order).then((report) => process.send?.(report));
});
process.on('disconnect', () => process.exit());
