import { Alert, Button, Radio, Stack, Text } from '@mantine/core';
import IconHelpCircle from 'icon:help-circle';
import { useState } from 'react';
import type { MachineQuestion } from '../../../src/contract/machines.ts';
import type { Reservation } from '../../../src/contract/reservations.ts';
import { api } from '../api/client.ts';
import { useSession } from '../app/session.tsx';
import { useI18n } from '../i18n/index.tsx';
import { questionOf } from '../rules/question.ts';
import { useAct } from './act.tsx';

/** What a machine's hypervisor asks before it lets it go on: an operator answers it here, others read who has to. */
export function Question({ reservation }: { reservation: Reservation }) {
  const { t } = useI18n();
  const { admin } = useSession();
  const { question, mayAnswer } = questionOf(reservation, admin);
  if (question === undefined) return null;
  return (
    <Alert color="yellow" variant="light" icon={<IconHelpCircle />} title={t.question.title}>
      <Text size="sm" style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
        {question.text}
      </Text>
      {/* Another question is another form: nothing that was chosen for one is an answer to the next. */}
      {mayAnswer ? (
        <Answer key={question.id} machine={reservation.machine.id} question={question} />
      ) : (
        <>
          {question.choices.length > 0 && (
            <Text size="sm" mt="xs">
              {t.question.choices}: {question.choices.map(({ label }) => label).join(', ')}
            </Text>
          )}
          <Text size="sm" mt="xs">
            {t.question.others}
          </Text>
        </>
      )}
    </Alert>
  );
}

function Answer({ machine, question }: { machine: string; question: MachineQuestion }) {
  const { t } = useI18n();
  const [choice, setChoice] = useState(question.preset ?? null);
  const answer = useAct((key: string) => api.answerMachine({ params: { id: machine }, body: { question: question.id, choice: key } }), {
    stale: [['reservations'], ['machines']],
  });
  return (
    <Stack gap="xs" mt="xs">
      <Radio.Group label={t.question.choices} value={choice} onChange={setChoice}>
        <Stack gap={6} mt={4}>
          {question.choices.map(({ key, label }) => (
            <Radio key={key} value={key} label={key === question.preset ? t.question.suggested(label) : label} />
          ))}
        </Stack>
      </Radio.Group>
      <div>
        <Button disabled={choice === null} loading={answer.isPending} onClick={() => choice !== null && answer.mutate(choice)}>
          {t.question.answer}
        </Button>
      </div>
    </Stack>
  );
}
