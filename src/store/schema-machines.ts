/** The tables of machines; see schema.ts. */
import type { Generated } from 'kysely';
import type { MachineCondition } from '../core/condition.ts';
import type { CloneMode } from '../core/image.ts';
import type { BeforeDelete, DeletionProof } from '../core/lineage.ts';
import type { MachineState } from '../core/machine.ts';
import type { Json, JsonOrNull, Nullable } from './columns.ts';

/** Which machine is whose, and was. Rows are written by triggers as machines are planned and gone, else by assignments.ts. */
export interface AssignmentTable {
  id: Generated<number>;
  machineId: string;
  reservationId: string;
  since: Date;
  /** null while it lasts. */
  until: Nullable<Date>;
}

/** What a machine can be taken back to. */
export interface CheckpointTable {
  id: string;
  machineId: string;
  name: string;
  description: string;
  state: 'making' | 'there';
  createdBy: string;
  createdAt: Date;
}

export interface MachineAddress {
  host: string;
  sshPort: number;
  /** Only where people come in by Remote Desktop. */
  rdpPort?: number;
}

export interface MachineTable {
  id: string;
  /** For servers of before; whose it is stands in `assignment`. */
  reservationId: Nullable<string>;
  providerId: string;
  revisionId: string;
  mode: CloneMode;
  /** Since then it stands on no master (`unlink`). */
  unlinkedAt: Nullable<Date>;
  state: MachineState;
  condition: Nullable<MachineCondition>;
  /** Set exactly where `condition` is. */
  conditionSince: Nullable<Date>;
  vcpus: number;
  memoryMib: number;
  storageMib: number;
  datastore: Nullable<string>;
  address: JsonOrNull<MachineAddress>;
  hostKeys: JsonOrNull<readonly string[]>;
  proof: JsonOrNull<DeletionProof>;
  beforeDelete: JsonOrNull<BeforeDelete>;
  createdAt: Date;
  goneAt: Nullable<Date>;
}

export interface DeletionTable {
  providerId: string;
  subjectId: string;
  kind: 'machine' | 'master';
  before: Json<BeforeDelete>;
}
