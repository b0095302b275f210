import { ownReservation } from '../access.ts';
import type { Deps, Handlers } from './types.ts';

type CheckpointOperation = 'listCheckpoints' | 'addCheckpoint' | 'revertCheckpoint' | 'deleteCheckpoint';

export function checkpointHandlers({ services }: Deps): Handlers<CheckpointOperation> {
  return {
    async listCheckpoints({ params, caller }) {
      await ownReservation(services, caller, params.id);
      return { items: await services.listCheckpoints(params.id) };
    },
    async addCheckpoint({ params, body, caller }) {
      await ownReservation(services, caller, params.id);
      return services.addCheckpoint(caller, { id: params.id, name: body.name, description: body.description ?? '' });
    },
    async revertCheckpoint({ params, caller }) {
      await ownReservation(services, caller, params.id);
      return services.revertCheckpoint(caller, params);
    },
    async deleteCheckpoint({ params, caller }) {
      await ownReservation(services, caller, params.id);
      return services.deleteCheckpoint(caller, params);
    },
  };
}
