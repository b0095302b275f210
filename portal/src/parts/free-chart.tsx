import { Group, Stack, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { useI18n } from '../i18n/index.tsx';
import { type FreeSpan, freeDays } from '../rules/free.ts';

const DAYS = 7;
/** Of a day; where the clocks change an hour lies a little beside its mark. */
const HOURS = [0, 6, 12, 18, 24];

/** What is free in the next days, as bars; the same in words for who does not see them. A bar takes the first free moment of its day. */
export function FreeChart({ free, horizon, onTake }: { free: readonly FreeSpan[]; horizon: string; onTake: (at: string) => void }) {
  const { t, format } = useI18n();
  const now = new Date();
  return (
    <Stack gap={6}>
      <Text size="sm" fw={500}>
        {t.reserve.free}
      </Text>
      <Group gap="sm" wrap="nowrap" aria-hidden>
        <Text size="sm" miw={92} />
        <div className="day-hours">
          {HOURS.map((hour) => (
            <span key={hour} style={{ left: `${(hour / 24) * 100}%` }}>
              {hour}
            </span>
          ))}
        </div>
      </Group>
      {freeDays(free, now, new Date(horizon), DAYS).map(({ day, parts }) => {
        const [first] = parts;
        const lengthMs = new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime() - day.getTime();
        const moment = (share: number) => new Date(day.getTime() + share * lengthMs);
        const words = parts.map(({ from, to }) =>
          to === 1
            ? t.reserve.freeFrom(format.clock(moment(from)))
            : t.reserve.freeAt(format.clock(moment(from)), format.clock(moment(to))),
        );
        return (
          <Group key={day.getTime()} gap="sm" wrap="nowrap">
            <Text size="sm" miw={92}>
              {format.day(day)}
            </Text>
            <UnstyledButton
              flex={1}
              disabled={first === undefined}
              onClick={() => first !== undefined && onTake(wholeMinute(moment(first.from)).toISOString())}
            >
              <div className="day-bar" aria-hidden>
                {parts.map(({ from, to }) => (
                  <span key={from} style={{ left: `${from * 100}%`, width: `${(to - from) * 100}%` }} />
                ))}
              </div>
              <VisuallyHidden>{`${format.day(day)}: ${words.length === 0 ? t.reserve.fullyTaken : words.join(', ')}`}</VisuallyHidden>
            </UnstyledButton>
          </Group>
        );
      })}
    </Stack>
  );
}

function wholeMinute(at: Date): Date {
  return new Date(Math.ceil(at.getTime() / 60_000) * 60_000);
}
