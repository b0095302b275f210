import { PasswordInput } from '@mantine/core';
import { useI18n } from '../i18n/index.tsx';

/** The server's least for a new one (src/core/password.ts), so that the browser says it before the server must. */
const LEAST = 12;

export function Password(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  fresh?: boolean;
  error?: string | undefined;
}) {
  const { t } = useI18n();
  const { label, value, onChange, fresh = false, error } = props;
  return (
    <PasswordInput
      label={label}
      value={value}
      onChange={(e) => onChange(e.currentTarget.value)}
      autoComplete={fresh ? 'new-password' : 'current-password'}
      {...(fresh ? { minLength: LEAST } : {})}
      {...(error === undefined ? {} : { error })}
      visibilityToggleButtonProps={{ 'aria-label': t.common.show, 'aria-hidden': false }}
      required
    />
  );
}
