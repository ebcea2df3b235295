"""The trigger function that writes the record, as SQL."""

SECRET_NAME = "(passw|secret|token|digest|private_key|api_key|credential|otp)"

CREATE_FUNCTION = f"""
CREATE FUNCTION audit_record() RETURNS trigger LANGUAGE plpgsql AS $audit$
DECLARE
    key_column text := TG_ARGV[0];
    left_out text[] := string_to_array(TG_ARGV[1], ',');
    secret text[] := string_to_array(TG_ARGV[2], ',');
    before jsonb := '{{}}';
    after jsonb := '{{}}';
    actor jsonb := nullif(current_setting('lingting.actor', true), '')::jsonb;
    differences jsonb;
BEGIN
    IF TG_OP <> 'INSERT' THEN before := to_jsonb(OLD); END IF;
    IF TG_OP <> 'DELETE' THEN after := to_jsonb(NEW); END IF;
    SELECT jsonb_object_agg(
               name,
               CASE WHEN name = ANY(secret) OR name ~* '{SECRET_NAME}' THEN NULL
                    ELSE jsonb_build_array(audit_shown(before -> name), audit_shown(after -> name)) END)
      INTO differences
      FROM jsonb_object_keys(CASE WHEN TG_OP = 'DELETE' THEN before ELSE after END) AS name
     WHERE nullif(before -> name, 'null') IS DISTINCT FROM nullif(after -> name, 'null')
       AND name <> ALL(left_out);
    IF differences IS NULL THEN
        IF TG_OP = 'UPDATE' THEN RETURN NULL; END IF;
        differences := '{{}}';
    END IF;
    INSERT INTO audit_change (at, actor_kind, actor_id, actor_label, via, request_id, table_name, object_id, action, changes)
    VALUES (
        clock_timestamp(),
        coalesce(actor ->> 'kind', ''), coalesce(actor ->> 'id', ''), coalesce(actor ->> 'label', ''),
        coalesce(actor ->> 'via', 'database'), coalesce(actor ->> 'request_id', ''),
        TG_TABLE_NAME, coalesce(CASE WHEN TG_OP = 'DELETE' THEN before ELSE after END ->> key_column, ''),
        CASE TG_OP WHEN 'INSERT' THEN 'create' WHEN 'UPDATE' THEN 'change' ELSE 'delete' END,
        differences);
    RETURN NULL;
END
$audit$;
"""

CREATE_SHOWN = """
CREATE FUNCTION audit_shown(value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $audit$
    SELECT CASE WHEN length(value::text) > 2000 THEN to_jsonb(left(value #>> '{}', 2000) || '…') ELSE coalesce(value, 'null') END
$audit$;
"""

DROP = "DROP FUNCTION IF EXISTS audit_record(); DROP FUNCTION IF EXISTS audit_shown(jsonb);"
