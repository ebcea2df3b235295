"""Published versions are frozen by the database itself, and what people configure is on record."""

from django.db import migrations

from lingting.platform.audit.operations import AuditTable

FREEZE = """
CREATE FUNCTION procedures_refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    version bigint;
    found text;
BEGIN
    IF TG_TABLE_NAME = 'procedures_step' THEN
        version := CASE WHEN TG_OP = 'INSERT' THEN NEW.version_id ELSE OLD.version_id END;
        IF TG_OP = 'UPDATE' THEN
            IF OLD.version_id <> NEW.version_id THEN
                RAISE EXCEPTION 'a step stays in its version' USING ERRCODE = 'check_violation';
            END IF;
        END IF;
    ELSE
        SELECT version_id INTO version FROM procedures_step
        WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.step_id ELSE NEW.step_id END;
    END IF;
    SELECT state INTO found FROM procedures_version WHERE id = version;
    IF found IS NOT NULL AND found <> 'draft' THEN
        RAISE EXCEPTION 'version % of a procedure is %: its steps are frozen', version, found USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION procedures_refuse_unpublishing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' OR NEW.state = 'draft' OR (OLD.state = 'retired' AND NEW.state <> 'retired')
       OR (NEW.procedure_id, NEW.number, NEW.published_at) IS DISTINCT FROM (OLD.procedure_id, OLD.number, OLD.published_at) THEN
        RAISE EXCEPTION 'version % of a procedure is % and stays', OLD.id, OLD.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON procedures_step
    FOR EACH ROW EXECUTE FUNCTION procedures_refuse_frozen();
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON procedures_outcome
    FOR EACH ROW EXECUTE FUNCTION procedures_refuse_frozen();
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON procedures_approvallevel
    FOR EACH ROW EXECUTE FUNCTION procedures_refuse_frozen();
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON procedures_version
    FOR EACH ROW EXECUTE FUNCTION procedures_refuse_unpublishing();
"""
THAW = """
DROP TRIGGER frozen ON procedures_version;
DROP TRIGGER frozen ON procedures_approvallevel;
DROP TRIGGER frozen ON procedures_outcome;
DROP TRIGGER frozen ON procedures_step;
DROP FUNCTION procedures_refuse_unpublishing();
DROP FUNCTION procedures_refuse_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("procedures", "0001_initial"), ("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(FREEZE, THAW),
        AuditTable("procedures_procedure"),
        AuditTable("procedures_version"),
        AuditTable("procedures_step"),
        AuditTable("procedures_outcome"),
        AuditTable("procedures_approvallevel"),
    ]
