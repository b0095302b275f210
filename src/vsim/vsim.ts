import { RealClock } from './model/clock.ts';
import { GuestServers } from './guest/servers.ts';
import { dropLeases } from './model/lease.ts';
import type { Model } from './model/model.ts';
import type { ModelOptions } from './model/options.ts';
import type { Rule } from './model/rules.ts';
import { Sim } from './model/simulate.ts';
import type { Stats } from './server/dispatch.ts';
import { listen } from './server/http.ts';

export interface VsimOptions extends Partial<ModelOptions> {
  host?: string;
  /** 0 takes a free one. */
  port?: number;
}

/** A running simulator: where clients find it, and handles for tests. */
export interface Vsim {
  /** `https://127.0.0.1:port/sdk`. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly fingerprint256: string;
  readonly certificate: string;
  readonly sim: Sim;
  readonly model: Model;
  readonly stats: Stats;
  /** Adds a fault rule; the answer takes it away. */
  fault: (rule: Rule) => () => void;
  /** vpxd restarts: sessions end, tasks are lost or, with Continuous Clone, go on as new ones. */
  restart: () => void;
  close: () => Promise<void>;
}

/** Starts a simulator in this process. Its clock is the wall clock unless one is given. */
export async function startVsim(options: VsimOptions = {}): Promise<Vsim> {
  const { host = '127.0.0.1', port = 0, ...model } = options;
  const sim = new Sim({ ...model, clock: model.clock ?? new RealClock() });
  const guests = sim.model.options.guestSshPort === undefined ? undefined : new GuestServers(sim.model, sim.model.options.guestSshPort);
  const listening = await listen(sim, host, port);
  const { server } = listening;
  return {
    url: `${listening.dispatcher.origin}/sdk`,
    username: sim.model.options.username,
    password: sim.model.options.password,
    fingerprint256: listening.fingerprint256,
    certificate: listening.certificate,
    sim,
    model: sim.model,
    stats: listening.dispatcher.stats,
    fault: (rule) => sim.model.rules.add(rule),
    restart: () => {
      sim.sessions.endAll();
      dropLeases(sim.model);
      sim.model.tasks.restart(sim.model.options.continuousClone);
    },
    close: async () => {
      sim.sessions.endAll();
      await guests?.close();
      listening.closeConsoles();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
