"""Words and characters so common that a short text betrays its language by them. Compiled for this product
by hand.
"""

ENGLISH = """
a about after again all also am an and any are as at be because been before but by can can't cancel card could
did do does doesn't don't for from get got had has have haven't he hello help her here hi how i i'd i'm i've
if in is isn't it it's its just know let me more much my need new no not of off on one only or order other
our out over please refund she should so some still than thank thanks that the their them then there these
they this to too up us want was we were what what's when where which while who why will with won't would yes
you your
"""

NEITHER_ENGLISH_NOR_ASIAN = """
je tu il elle nous vous ils est sont une le les des du et mais ou dans pour avec sur pas ne que qui comment
bonjour merci mon ma mes votre ce cette commande
el la los las un una y o pero por para con sin como cuando donde quiero puedo hola gracias mi mis su se lo al
del esta os um uma e mas com sem meu minha posso voce nao obrigado obrigada onde pedido
ich du er sie wir ihr ist sind der das ein eine einen und oder aber nicht mit von zu auf fur wie wo wann
bitte danke mein meine kann habe hallo
io lui lei noi sono sei gli di da che non per come dove quando ciao grazie mio mia vorrei ordine
ik jij hij zij wij het een en maar niet met van op voor hoe waar wanneer alstublieft dank mijn kan heb
saya anda dia kami kita ini itu dan atau tapi tidak dengan untuk dari ke bagaimana kapan tolong terima kasih
ada bisa ben sen biz siz bu ve veya ama ile icin nasil nerede lutfen merhaba
toi cua khong va nhung cho xin chao cam
"""

JAPANESE_FORMS = (
    "円込働匂枠峠辻塀対応営発売図楽単価気鉄伝広転帰覚観験検険剣労歳済斎続継縦桜様権黒巻戻駅択沢釈訳読処拠悪暁亜"
    "囲壱稲隠駆恵掲渓経蛍軽県顕厳戦選銭浅践総騒蔵臓帯滞択団弾遅鋳庁聴鎮徹闘徳届弐悩脳覇廃拝髪抜浜払仏辺変舗満黙"
    "薬揺謡頼覧猟緑涙塁励霊齢恋炉錬湾両収児毎歩渋譲嬢醸"
)
