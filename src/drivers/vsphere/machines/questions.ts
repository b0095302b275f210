import type { MachineAnswer, MachineQuestion } from '../../../driver/driver.ts';
import { driverError } from '../../../driver/errors.ts';
import type { Ctx } from '../../../lib/context.ts';
import { isFault, type VirtualMachineQuestionInfo } from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Locate } from '../endpoint/locate.ts';

/** What a host asks, in the port's words. Its text may begin with the message's id, which says nothing to a person. */
export function questionOf(info: VirtualMachineQuestionInfo): MachineQuestion {
  const choices = (info.choice.choiceInfo as { key: string; label: string; summary?: string }[]).map(({ key, label, summary }) => ({
    key,
    label: label === '' ? (summary ?? key) : label,
  }));
  const preset = choices[info.choice.defaultIndex ?? -1]?.key;
  const text = info.text.replace(/^msg\.[\w.]+:\s*/, '');
  return { id: info.id, text, choices, ...(preset === undefined ? {} : { preset }) };
}

/**
 * The answer to "was this machine moved or copied" at one of ours: moved, which is what `uuid.action = keep` says that all of them are made with
 * (H30). Undefined for every other question, and where no answer says that.
 */
export function ownAnswer(info: VirtualMachineQuestionInfo): string | undefined {
  const ids = [info.text, ...(info.message ?? []).map((each) => each.id)];
  if (!ids.some((id) => id.includes('msg.uuid.altered'))) return undefined;
  const { choices, preset } = questionOf(info);
  const said = choices.find(({ label }) => /moved/i.test(label) && !/copied/i.test(label));
  if (said !== undefined) return said.key;
  // In another language, by its place: cancel, moved, copied, of which hosts propose the last.
  const english = choices.some(({ label }) => /^[\x20-\x7e]+$/.test(label));
  return !english && choices.map(({ key }) => key).join() === '0,1,2' && preset === '2' ? '1' : undefined;
}

/** Questions that a host asks of an operator while a machine stands still. */
export class Questions {
  readonly #end: Endpoint;
  readonly #locate: Locate;

  constructor({ end, locate }: { end: Endpoint; locate: Locate }) {
    this.#end = end;
    this.#locate = locate;
  }

  /** As of the port. It waits for no other work on the machine: that may be what the question holds up. */
  async answer(ctx: Ctx, machineId: string, { question, choice }: MachineAnswer): Promise<void> {
    const view = await this.#locate.machine(ctx, machineId);
    const asked = view.question && questionOf(view.question);
    if (asked?.id !== question) throw notAsked(machineId);
    if (!asked.choices.some(({ key }) => key === choice)) {
      throw driverError('wrong-state', `${JSON.stringify(choice)} is no answer to that`, {
        hint: `The answers are ${asked.choices.map(({ key, label }) => `${key} (${label})`).join(', ')}.`,
      });
    }
    try {
      await this.#end.client.call(ctx, 'AnswerVM', view.ref, { questionId: question, answerChoice: choice });
    } catch (error) {
      // somebody else was quicker
      throw isFault(error, 'InvalidArgument') ? notAsked(machineId, error) : error;
    }
    await this.#end.client.inventory.sync(ctx);
  }
}

function notAsked(machineId: string, cause?: unknown): Error {
  return driverError('wrong-state', `machine ${machineId} is not asked that, or not any more`, {
    hint: 'Look at it again: it may be answered, or ask another question now.',
    cause,
  });
}
