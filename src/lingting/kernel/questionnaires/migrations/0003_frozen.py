"""Published versions are frozen by the database itself, and what people configure is on record."""

from django.db import migrations

from lingting.platform.audit.operations import AuditTable

FREEZE = """
CREATE FUNCTION questionnaires_refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    places bigint[];
    found bigint;
BEGIN
    IF TG_TABLE_NAME = 'questionnaires_section' THEN
        places := CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.version_id] WHEN 'DELETE' THEN ARRAY[OLD.version_id]
                  ELSE ARRAY[OLD.version_id, NEW.version_id] END;
    ELSE
        SELECT array_agg(version_id) INTO places FROM questionnaires_section
        WHERE id = ANY (CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.section_id] WHEN 'DELETE' THEN ARRAY[OLD.section_id]
                        ELSE ARRAY[OLD.section_id, NEW.section_id] END);
    END IF;
    SELECT id INTO found FROM questionnaires_version WHERE id = ANY (places) AND published_at IS NOT NULL LIMIT 1;
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'version % of a questionnaire is published: its questions are frozen', found USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION questionnaires_refuse_unpublishing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NULL THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'version % of a questionnaire is published and stays', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.questionnaire_id, NEW.number, NEW.published_at, NEW.pass_share)
       IS DISTINCT FROM (OLD.questionnaire_id, OLD.number, OLD.published_at, OLD.pass_share) THEN
        RAISE EXCEPTION 'version % of a questionnaire is published and stays', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON questionnaires_section
    FOR EACH ROW EXECUTE FUNCTION questionnaires_refuse_frozen();
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON questionnaires_item
    FOR EACH ROW EXECUTE FUNCTION questionnaires_refuse_frozen();
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON questionnaires_version
    FOR EACH ROW EXECUTE FUNCTION questionnaires_refuse_unpublishing();
"""
THAW = """
DROP TRIGGER frozen ON questionnaires_version;
DROP TRIGGER frozen ON questionnaires_item;
DROP TRIGGER frozen ON questionnaires_section;
DROP FUNCTION questionnaires_refuse_unpublishing();
DROP FUNCTION questionnaires_refuse_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("questionnaires", "0002_drafts_and_conditions"), ("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(FREEZE, THAW),
        AuditTable("questionnaires_questionnaire"),
        AuditTable("questionnaires_version", exclude=("draft", "draft_number")),
    ]
