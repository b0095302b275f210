import type { Command } from 'commander';
import { CarrelError } from '../../lib/errors.ts';
import { findReservation } from '../names.ts';
import type { Cli } from '../session.ts';
import { plain, questionText, short } from '../text.ts';

export function addAnswer(program: Command, cli: Cli): void {
  program
    .command('answer <id> [choice]')
    .description("for operators: answer what a machine's hypervisor asks before it lets it go on; without CHOICE, what that is")
    .action(async (text: string, choice: string | undefined, _options: object, command: Command) => {
      const session = cli.open(command);
      const { id, machine } = await findReservation(session.client, text);
      const question = machine.condition?.question;
      if (question === undefined) {
        throw new CarrelError('wrong-state', 'its machine is asked nothing', { hint: `see \`carrel show ${short(id)}\`` });
      }
      if (choice === undefined) {
        session.answer(question, questionText(question));
        return;
      }
      const wanted = choice.toLowerCase();
      const chosen = question.choices.find(({ key, label }) => key === choice || label.toLowerCase() === wanted);
      if (chosen === undefined)
        throw new CarrelError('bad-request', `${JSON.stringify(choice)} is no answer`, { hint: questionText(question) });
      const body = { question: question.id, choice: chosen.key };
      session.answer(
        await session.client.answerMachine({ params: { id: machine.id }, body }),
        `${short(id)}  answered: ${plain(chosen.label)}`,
      );
    });
}
