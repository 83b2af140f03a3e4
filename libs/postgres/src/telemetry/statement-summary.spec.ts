import { describe, expect, it } from '@jest/globals';
import { summarize } from './statement-summary.js';

const cases: [string, string, string | undefined][] = [
  ['select', 'SELECT', undefined],
  ['select id from resource where id = ?', 'SELECT', 'resource'],
  ['\n  select\n    id\n  from resource r', 'SELECT', 'resource'],
  ['select exists (select from audit_pending) as pending', 'SELECT', 'audit_pending'],
  ['select k from unnest(?::text[]) as k', 'SELECT', undefined],
  ["select extract(epoch from clock_timestamp()) as now, 'from nowhere'", 'SELECT', undefined],
  ['insert into outbox (topic) values (?)', 'INSERT', 'outbox'],
  ['insert into audit_link select id from audit_event', 'INSERT', 'audit_link'],
  ['update signing_key set state = ?', 'UPDATE', 'signing_key'],
  ['delete from outbox using ? as claimed', 'DELETE', 'outbox'],
  ['with due as (select id from old where (a or (b))) update outbox set id = 1', 'UPDATE', 'outbox'],
  ['with page as (select id from event) select max(id) from page', 'SELECT', 'page'],
  ['with done as (insert into deed (name) values (?) returning name) ?', 'INSERT', 'deed'],
  ['-- select from nothing\nselect from account', 'SELECT', 'account'],
  ['begin isolation level serializable', 'BEGIN', undefined],
  ['rollback to savepoint s1', 'ROLLBACK', undefined],
  ['?', 'UNKNOWN', undefined],
];

describe('the summary of a statement', () => {
  it.each(cases)('%s', (text, operation, collection) => {
    expect(summarize([text])).toEqual({ operation, collection });
  });
});
