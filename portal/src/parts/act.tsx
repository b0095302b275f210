/** One way to do a thing that changes something: the button waits, the answer is shown, and what changed is read anew. */
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { explain } from '../rules/explain.ts';
import { useI18n } from '../i18n/index.tsx';

export function useAct<In, Out>(
  act: (input: In) => Promise<Out>,
  options: { stale: readonly (readonly unknown[])[]; done?: (out: Out) => void },
) {
  const client = useQueryClient();
  const { t, format } = useI18n();
  return useMutation({
    mutationFn: act,
    onSuccess: (out) => options.done?.(out),
    onError: (error) => {
      const { title, hint, said } = explain(error, t, format);
      const parts = [hint === undefined ? title : `${title}. ${hint}`, ...(said === undefined ? [] : [`${t.common.said} ${said}`])];
      notifications.show({
        title: t.common.wrong,
        message: parts.join(' '),
        color: 'red',
        autoClose: 15_000,
      });
    },
    onSettled: () => Promise.all(options.stale.map((queryKey) => client.invalidateQueries({ queryKey: [...queryKey] }))),
  });
}
