import { describe, expect, it } from '@jest/globals';
import { HttpReplicas } from './http-replicas.js';

const hosts = async (replicas: HttpReplicas) => (await replicas.inTurn()).map(({ host }) => host);

describe('the replicas of an HTTP port', () => {
  it('are asked in turn', async () => {
    const replicas = new HttpReplicas('ipv4:10.0.0.1:80,10.0.0.2:81');
    expect(await replicas.inTurn()).toEqual([
      { host: '10.0.0.1', port: 80 },
      { host: '10.0.0.2', port: 81 },
    ]);
    expect(await hosts(replicas)).toEqual(['10.0.0.2', '10.0.0.1']);
    expect(await new HttpReplicas('ipv6:[::1]:80').inTurn()).toEqual([{ host: '::1', port: 80 }]);
  });

  it('come last for five seconds after they failed', async () => {
    let now = 0;
    const replicas = new HttpReplicas('ipv4:10.0.0.1:80,10.0.0.2:80', { monotonic: () => now });
    replicas.failed({ host: '10.0.0.1', port: 80 });
    expect(await hosts(replicas)).toEqual(['10.0.0.2', '10.0.0.1']);
    expect(await hosts(replicas)).toEqual(['10.0.0.2', '10.0.0.1']);
    now = 5_000;
    expect(await hosts(replicas)).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('are looked up by their name again and again, and kept while nobody knows it', async () => {
    let now = 0;
    let answer: string[] | undefined = ['10.0.0.1'];
    let asked = 0;
    const lookUp = async () => {
      asked++;
      if (!answer) throw new Error('nobody knows');
      return answer;
    };
    const replicas = new HttpReplicas('dns:///auth:5101', { lookUp, monotonic: () => now });
    expect(await replicas.inTurn()).toEqual([{ host: '10.0.0.1', port: 5101 }]);
    answer = ['10.0.0.1', '10.0.0.2'];
    now = 4_999;
    expect(await hosts(replicas)).toEqual(['10.0.0.1']);
    expect(asked).toBe(1);
    now = 5_000;
    expect((await hosts(replicas)).toSorted()).toEqual(['10.0.0.1', '10.0.0.2']);
    answer = undefined;
    now = 10_000;
    expect((await hosts(replicas)).toSorted()).toEqual(['10.0.0.1', '10.0.0.2']);
    await expect(new HttpReplicas('dns:///auth:5101', { lookUp }).inTurn()).rejects.toThrow('nobody knows');
  });
});
